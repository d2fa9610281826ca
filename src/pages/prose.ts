// The little markup that descriptions use, as HTML: `code`, **weight**, paragraphs and lists.
// Everything else is text and is escaped.

import { html, raw } from 'hono/html'

/** HTML that is safe to put into a page. */
export type Html = ReturnType<typeof html>

/** One run of text. */
export function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`
    if (part.startsWith('**')) return html`<strong>${part.slice(2, -2)}</strong>`
    return html`${part}`
  })
  return html`${parts}`
}

/** Paragraphs and lists, apart by blank lines; an item is a line that begins with `- `. */
export function blocks(text: string): Html {
  const made = text.split(/\n\n+/).map((block) => {
    if (!block.startsWith('- ')) return html`<p>${inline(block)}</p>`
    const items = block.slice(2).split(/\n- /)
    return html`<ul>${items.map((item) => html`<li>${inline(item)}</li>`)}</ul>`
  })
  return html`${made}`
}

/** Indented JSON in a box that scrolls. */
export function jsonBox(value: unknown): Html {
  return html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`
}

export const NOTHING: Html = raw('')
