/** What every command of the command line is. */
export type CommandIo = {
  /** One line to standard output: for programs with --json, else for people. */
  readonly stdout: (line: string) => void
  readonly stderr: (line: string) => void
  /** Relative paths are resolved against it. */
  readonly cwd: string
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}

export type Command = {
  readonly name: string
  /** One line in `ibcf --help`. */
  readonly summary: string
  /** The whole text of `ibcf NAME --help`. */
  readonly usage: string
  /** Resolves with the exit status (design 1, Command line). Throws AppError. */
  readonly run: (args: readonly string[], io: CommandIo) => Promise<number>
}
