// Invoices for a replay in small: what the real file holds, made up.

const INVOICES = 60
const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

/** The text of a file of invoices. */
export function inventedInvoices(): string {
  return [HEADER, ...invoiceLines()].join('\n')
}

/** Every eighth buyer has no number, the ninth invoice of ten is a cancellation, lines repeat. */
function invoiceLines(): string[] {
  return Array.from({ length: INVOICES }, (_, at) => {
    const number = at % 10 === 9 ? `C${700_000 + at}` : `${700_000 + at}`
    const buyer = at % 8 === 7 ? '' : `${12_000 + (at % 7)}.0`
    return Array.from({ length: 1 + (at % 6) }, (_unused, line) => {
      const item = (at * 3 + line * (at % 4)) % 11
      const quantity = at % 10 === 9 ? -1 : 1 + ((at + line) % 5)
      const price = (1.25 + item * 0.4).toFixed(2)
      const named = `ITEM-${item},Thing ${item}`
      return `${number},${named},${quantity},2010-12-01 08:26:00,${price},${buyer},UK`
    })
  }).flat()
}
