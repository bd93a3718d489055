/** Text from outside is hostile until shown: at most so many characters, no control characters, no marks that turn what follows around. */
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/g

export function boundText(text: string, mostCharacters: number): string {
  const visible = text.slice(0, mostCharacters * 4).replace(controls, '\u00b7')
  const letters = [...visible]
  return letters.length > mostCharacters || text.length > mostCharacters * 4
    ? `${letters.slice(0, mostCharacters).join('')}\u2026`
    : visible
}
