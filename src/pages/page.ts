// The frame of every page: one style sheet inside, no script, nothing from anywhere else.

import { html, raw } from 'hono/html'
import { sha256Hex } from '../../actors/domain/hash.ts'
import type { Html } from './prose.ts'
import { STYLE } from './style.ts'

const STYLE_HASH = Buffer.from(sha256Hex(STYLE), 'hex').toString('base64')

/** Allows the page's own style, an empty icon, and nothing else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A whole page as text. */
export function page(title: string, navigation: Html, content: Html): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<div class="page">
${navigation}
<main>${content}</main>
</div>
</body>
</html>
`)
}
