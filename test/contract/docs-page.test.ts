// The page for people, in a real browser where there is one: complete, quiet, alone, readable on a
// phone and in the dark.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import { type Listening, listen } from '../../src/http/listen.ts'
import type { OpenApiDocument } from '../../src/http/openapi/document-shape.ts'
import { PROBLEM_CODES } from '../../src/http/problem-codes.ts'
import { httpWorld } from '../http/http-world.ts'
import { skipTest } from '../runner/skipped.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const PHONE = { width: 360, height: 740 }
const DESK = { width: 1_360, height: 900 }
// WCAG 2.2, 1.4.3 level AA, for text of any size.
const CONTRAST_MIN = 4.5

const pages = suite('pages')
const installed = CHROMIUM.find((path) => existsSync(path))
let browser: Browser
let server: Listening

pages(
  'without a browser: every operation, schema and problem has its place on the page',
  async () => {
    const { app } = await httpWorld()
    const document = (await (await app.request('/openapi.json')).json()) as OpenApiDocument
    const answer = await app.request('/docs')
    const text = await answer.text()
    for (const { operationId } of Object.values(document.paths).flatMap(Object.values)) {
      assert.ok(text.includes(`<article id="${operationId}">`), operationId)
    }
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(text.includes(`<article id="schema-${name}">`), name)
    }
    for (const code of Object.keys(PROBLEM_CODES))
      assert.ok(text.includes(`id="error-${code}"`), code)
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  },
)

pages('the type of a problem leads to its explanation', async () => {
  const { app } = await httpWorld()
  const problem = (await (await app.request('/v1/nothing')).json()) as { type: string }
  const [path = '', anchor] = problem.type.split('#')
  const text = await (await app.request(path)).text()
  assert.ok(text.includes(`<li id="${anchor}">`))
})

pages('what the document says cannot become markup', async () => {
  const { app } = await httpWorld()
  const text = await (await app.request('/docs')).text()
  assert.doesNotMatch(text, /<script|\son\w+=|\sstyle=|javascript:/i)
  assert.ok(text.includes('&lt;!doctype html&gt;'), 'an example that is markup is shown as text')
})

if (installed === undefined) {
  skipTest('pages in a browser', 'this machine has no Chromium')
} else {
  pages.before(async () => {
    browser = await chromium.launch({ executablePath: installed, args: ['--no-sandbox'] })
    server = await listen((await httpWorld()).app, { host: '127.0.0.1', port: 0 })
  })
  pages.after(async () => {
    await browser.close()
    await server.stop(1_000)
  })
  for (const path of ['/docs', '/docs/errors']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      pages(`${path} in ${colorScheme} is quiet, alone, and has contrast`, async () => {
        const { page, said, asked } = await openPage(path, { viewport: DESK, colorScheme })
        assert.deepEqual(said, [])
        assert.deepEqual(asked, [path])
        const contrasts = await page.evaluate<Contrast[]>(CONTRASTS_IN_PAGE)
        assert.ok(contrasts.length > 50, 'texts were measured')
        const faint = contrasts.filter(({ ratio }) => ratio < CONTRAST_MIN)
        assert.deepEqual(faint.slice(0, 5), [])
        await page.close()
      })
    }
    pages(`${path} fits a phone, unfolded too`, async () => {
      const { page } = await openPage(path, { viewport: PHONE, colorScheme: 'light' })
      await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = true })')
      const [width, shown] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, window.innerWidth]',
      )
      assert.ok(width <= shown, `${width} > ${shown}`)
      await page.close()
    })
  }
  pages('every link inside the page leads somewhere', async () => {
    const { page } = await openPage('/docs', { viewport: DESK, colorScheme: 'light' })
    const dead = await page.evaluate<string[]>(`
      [...document.querySelectorAll('a[href^="#"]')]
        .map((link) => link.getAttribute('href').slice(1))
        .filter((id) => document.getElementById(id) === null)`)
    assert.deepEqual(dead, [])
    await page.close()
  })
}

interface Contrast {
  readonly text: string
  readonly ratio: number
}

// Runs in the page. The background of a text is that of its nearest ancestor that has one.
const CONTRASTS_IN_PAGE = `
  (() => {
    const channels = (color) => color.match(/[0-9.]+/g).map(Number)
    const luminance = ([r, g, b]) => {
      const [R, G, B] = [r, g, b].map((c) => {
        const part = c / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * R + 0.7152 * G + 0.0722 * B
    }
    const backgroundOf = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const color = channels(getComputedStyle(each).backgroundColor)
        if (color.length === 3 || color[3] === 1) return color
      }
      return [255, 255, 255]
    }
    document.querySelectorAll('details').forEach((each) => { each.open = true })
    const texts = [...document.querySelectorAll('body *')].filter((element) => {
      return [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    })
    return texts.map((element) => {
      const front = luminance(channels(getComputedStyle(element).color))
      const back = luminance(backgroundOf(element))
      const [high, low] = front > back ? [front, back] : [back, front]
      return { text: element.textContent.slice(0, 40), ratio: (high + 0.05) / (low + 0.05) }
    })
  })()`

interface OpenedPage {
  readonly page: Page
  /** What the console said, and errors of the page. */
  readonly said: readonly string[]
  /** Paths that were asked for at the service; addresses that were asked for anywhere else. */
  readonly asked: readonly string[]
}

async function openPage(
  path: string,
  options: { viewport: { width: number; height: number }; colorScheme: 'light' | 'dark' },
): Promise<OpenedPage> {
  const base = `http://127.0.0.1:${server.port}`
  const page = await browser.newPage(options)
  const said: string[] = []
  const asked: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith('data:')) asked.push(url.startsWith(base) ? url.slice(base.length) : url)
  })
  await page.goto(base + path, { waitUntil: 'load' })
  return { page, said, asked }
}

pages.run()
