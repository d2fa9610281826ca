// How the pages look: one sheet, light and dark, from a phone to a desk. Its hash goes into the
// page's Content-Security-Policy, which allows no other style and no script at all.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfcfb; --raised: #f4f1ee; --line: #ddd6cf; --ink: #211c19; --quiet: #6a5f57;
  --link: #9c1c3f; --code: #f0ece8;
  --get: #0b6b4f; --post: #1f4fa8; --put: #8a5300; --patch: #6b3fa0; --delete: #a8231c;
  --good: #0b6b4f; --no: #a8231c; --wait: #8a5300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171412; --raised: #211d1a; --line: #3a332e; --ink: #efe9e4; --quiet: #b0a59c;
    --link: #ff8fab; --code: #2a2521;
    --get: #5fd3ab; --post: #8db7ff; --put: #f0b35c; --patch: #c7a3f5; --delete: #ff9a92;
    --good: #5fd3ab; --no: #ff9a92; --wait: #f0b35c;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
a { color: var(--link); text-underline-offset: 0.2em; }
a:focus-visible, summary:focus-visible, pre:focus-visible {
  outline: 2px solid var(--link); outline-offset: 2px;
}
code, pre { font: 0.875em/1.55 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
code {
  background: var(--code); border-radius: 4px; padding: 0.1em 0.35em; overflow-wrap: anywhere;
}
pre {
  background: var(--code); border: 1px solid var(--line); border-radius: 8px;
  padding: 0.8rem 1rem; margin: 0.5rem 0 1rem; overflow-x: auto;
}
pre code { background: none; padding: 0; overflow-wrap: normal; font-size: 1em; }
.page {
  display: grid; grid-template-columns: 18rem minmax(0, 1fr); max-width: 90rem; margin: auto;
}
nav {
  position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto;
  padding: 1.5rem 1rem 3rem 1.5rem; border-right: 1px solid var(--line); font-size: 0.9rem;
}
nav ul { list-style: none; margin: 0; padding: 0; }
nav .tag { margin-top: 1.1rem; font-weight: 600; color: var(--ink); text-decoration: none; }
nav .tag:hover, nav .operation:hover { color: var(--link); }
nav .group { margin-top: 1.1rem; }
nav .operation {
  display: grid; grid-template-columns: 3.6rem minmax(0, 1fr); gap: 0.4rem;
  padding: 0.15rem 0; color: var(--quiet); text-decoration: none; line-height: 1.35;
}
nav .brand { font-size: 1.25rem; font-weight: 700; color: var(--ink); text-decoration: none; }
main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; min-width: 0; }
h1 { font-size: 2.2rem; line-height: 1.15; margin: 0; letter-spacing: -0.02em; }
h2 {
  font-size: 1.5rem; margin: 4rem 0 0.25rem; padding-top: 1.25rem;
  border-top: 3px solid var(--ink); letter-spacing: -0.01em;
}
h3 { font-size: 1.1rem; margin: 0; }
h4 { font-size: 0.95rem; margin: 1.5rem 0 0.4rem; }
.lead { font-size: 1.1rem; color: var(--quiet); margin: 0.4rem 0 1.5rem; }
.quiet { color: var(--quiet); }
article { padding: 1.75rem 0 1.25rem; border-bottom: 1px solid var(--line); }
article > header { display: flex; flex-wrap: wrap; gap: 0.4rem 0.75rem; align-items: baseline; }
article > header .path { font-size: 1rem; background: none; padding: 0; font-weight: 600; }
article h3 { flex-basis: 100%; order: -1; }
.method { font: 700 0.75rem/1.5 ui-monospace, Menlo, Consolas, monospace; letter-spacing: 0.02em; }
main .method { border: 1.5px solid currentColor; border-radius: 5px; padding: 0.05rem 0.4rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
.who {
  font-size: 0.8rem; color: var(--quiet); border: 1px solid var(--line);
  border-radius: 99px; padding: 0.05rem 0.6rem;
}
.fields { list-style: none; margin: 0.5rem 0 1rem; padding: 0; font-size: 0.9rem; }
.fields > li { padding: 0.45rem 0; border-top: 1px solid var(--line); }
.fields > li:first-child { border-top: 0; }
.fields .fields {
  margin: 0.3rem 0 0 0.3rem; padding-left: 0.9rem; border-left: 2px solid var(--line);
}
.type { color: var(--quiet); margin-left: 0.5rem; }
.must { color: var(--no); font-size: 0.8rem; margin-left: 0.5rem; }
.status { font: 700 0.9rem ui-monospace, Menlo, Consolas, monospace; }
.s2, .s3 { color: var(--good); } .s4 { color: var(--no); } .s5 { color: var(--wait); }
details {
  border: 1px solid var(--line); border-radius: 8px; margin: 0.5rem 0; background: var(--raised);
}
details > summary { cursor: pointer; padding: 0.45rem 0.9rem; }
details > div { padding: 0 0.9rem 0.4rem; }
details p { margin: 0.4rem 0; }
summary .quiet { margin-left: 0.5rem; }
li:target, article:target > header { background: var(--raised); }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav { padding: 1rem; }
  nav .operation { display: none; }
  nav > ul { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; margin-top: 0.5rem; }
  nav .group, nav .tag { margin-top: 0; }
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.8rem; }
}
@media print { nav { display: none; } .page { display: block; } }
`
