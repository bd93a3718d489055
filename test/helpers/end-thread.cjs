/** Loaded before a core process: on SIGUSR2 the thread that END_THREAD names fails with an error of ours that nobody catches. */
const { BroadcastChannel, isMainThread, workerData } = require('node:worker_threads')

const channel = new BroadcastChannel('end-thread')
const name = isMainThread ? 'front' : 'rootDomainName' in workerData ? 'writer' : 'checkpointer'
if (isMainThread) process.on('SIGUSR2', () => channel.postMessage(''))
channel.onmessage = () => {
  if (name === process.env.END_THREAD) throw new Error(`The ${name} is broken on purpose.`)
}
channel.unref()
