// What the document says about the service as a whole.

export const DOCUMENT_INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Holdfast',
    version: '1.0.0',
    summary: 'A checkout engine for flash sales.',
    description: `Carts, stock holds, payment and orders. Two promises hold under any load and any
fault: **a unit is never sold twice, and a customer is never charged twice.**

- Bodies are JSON in UTF-8. Money is a whole number of minor units and an ISO 4217 currency. Times
  are RFC 3339 in UTC. Ids sort by the time they were made.
- The version of this document is that of the API, whose paths start with its first number; the
  software has a version of its own, and may change it while the API stays as it is.
- Send \`Authorization: Bearer …\`. \`POST /v1/guest-sessions\` gives a guest a token.
- Requests that buy or move stock need an \`Idempotency-Key\`: sent again under the same key they
  happen once, and a repeat gets the first answer with \`Idempotent-Replayed: true\`.
- Lists come in pages: pass \`next_cursor\` of a page as \`cursor\` of the next.
- A "no" is \`application/problem+json\` (RFC 9457). Program against its \`code\`.
- Every answer has \`X-Request-Id\`; a request may bring its own.`,
    contact: { name: 'The operators of this service' },
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The service this document came from.' }],
  tags: [
    { name: 'Guests', description: 'Tokens for buyers nobody knows.' },
    { name: 'Catalogue', description: 'Products, their prices and whether they can be had.' },
    { name: 'Stock', description: 'Units that arrive or are written off.' },
    { name: 'Cart', description: "A buyer's cart. It promises nothing: it holds no stock." },
    {
      name: 'Checkout',
      description: 'One attempt to buy: it holds its stock for a while, is paid, or gives it back.',
    },
    { name: 'Orders', description: 'What was bought, and buying in one call.' },
    { name: 'Webhooks', description: 'What the payment gateway tells.' },
    { name: 'Operations', description: 'For operators, and for what watches the process.' },
    { name: 'Documentation', description: 'This document and its pages.' },
  ],
} as const
