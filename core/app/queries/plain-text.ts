/**
 * Text from outside inside a sentence of ours: names, reasons, details. It is never markup and never steers how the sentence is
 * drawn ([QY10]); whoever shows the sentence still shows it as text.
 */

const longest = 200

/** Control characters, and the invisible marks that turn the direction of writing or hide letters. */
const steering = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u061c\ufeff]+/gu

export function plainText(text: string, maxLength: number = longest): string {
  const letters = [
    ...text
      .slice(0, 4 * maxLength + 4)
      .replace(steering, ' ')
      .trim(),
  ]
  return letters.length > maxLength ? `${letters.slice(0, maxLength - 1).join('')}…` : letters.join('')
}

/** In quotation marks, so that one sees where it ends. */
export function quoted(text: string): string {
  return `“${plainText(text).replaceAll(/[“”]/g, '"')}”`
}
