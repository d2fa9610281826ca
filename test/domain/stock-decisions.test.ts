// What the shop answers at the counter, row by row: every refusal in the order of its list, every
// kind of entry, and every repeat.

import { test } from 'uvu'
import { checkStock } from '../support/stock-table.ts'

test('a sale takes units from the shelf, sets them aside and hands them over', () => {
  checkStock(`
    supply   A1 10                -> done
    reserve  A1 R1 4              -> held
    balances A1 available=6 held=4 sold=0
    pin      A1 R1                -> pinned
    commit   A1 R1                -> committed
    balances A1 available=6 held=0 sold=4`)
})

test('the first refusal that applies is the answer, in the order of the list', () => {
  checkStock(`
    supply   A1 10 as D1          -> done
    supply   A1 11 as D1          -> command_reused_with_other_fields
    reserve  A1 R1 3              -> held
    reserve  A1 R1 4              -> hold_exists_with_other_fields
    reserve  A1 R2 3              -> held
    reserve  A1 R3 3 until 5      -> held
    pin      A1 R1                -> pinned
    commit   A1 R1                -> committed
    release  A1 R1                -> already_committed
    release  A1 R2                -> released
    pin      A1 R2                -> already_released
    clock 5
    expire   A1                   -> R3
    pin      A1 R3                -> already_expired
    pin      A1 R4                -> unknown_hold
    reserve  A1 R5 2 until 5      -> expiry_passed
    reserve  A1 R6 2              -> held
    commit   A1 R6                -> not_pinned
    return   A1 R6 1              -> not_committed
    pin      A1 R6                -> pinned
    resize   A1 R6 1              -> pinned
    supply   A1 1000000000        -> stock_limit_reached
    reserve  A1 R7 6 limit 1      -> insufficient_stock
    reserve  A1 R7 5 limit 9      -> purchase_limit, 4 left
    balances A1 available=5 held=2 sold=3`)
})

test('a refusal further up the list hides those below it', () => {
  checkStock(`
    supply   A1 5 as D1
    reserve  A1 R1 2              -> held
    resize   A1 R1 3 as Z1        -> held
    pin      A1 R1                -> pinned
    resize   A1 R1 99 as Z1       -> command_reused_with_other_fields
    resize   A1 R1 99 as Z2       -> pinned
    clock 15
    resize   A1 R1 99 as Z2       -> expiry_passed
    reserve  A1 R1 99 until 1     -> hold_exists_with_other_fields
    reserve  A1 R2 99 until 1     -> expiry_passed
    release  A1 R1                -> released
    reserve  A1 R1 99 until 1     -> hold_exists_with_other_fields
    resize   A1 R1 99 as Z3       -> already_released
    adjust   A1 -99 as D1         -> command_reused_with_other_fields`)
})

test('whoever asks twice is answered twice and served once', () => {
  checkStock(`
    supply   A1 10 as D1          -> done
    supply   A1 10 as D1          -> still done
    reserve  A1 R1 4              -> held
    reserve  A1 R1 4              -> still held
    unpin    A1 R1                -> still held
    pin      A1 R1                -> pinned
    pin      A1 R1                -> still pinned
    reserve  A1 R1 4              -> still pinned
    commit   A1 R1                -> committed
    commit   A1 R1                -> still committed
    return   A1 R1 1 as B1        -> committed
    return   A1 R1 1 as B1        -> still committed
    adjust   A1 -2 as W1          -> done
    adjust   A1 -2 as W1          -> still done
    balances A1 available=5 held=0 sold=3`)
})

test('a replayed reserve tells what became of its hold, not that it is held', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 1              -> held
    release  A1 R1                -> released
    reserve  A1 R1 1              -> already_released
    reserve  A1 R2 1 until 2      -> held
    clock 2
    expire   A1                   -> R2
    reserve  A1 R2 1 until 20     -> already_expired
    reserve  A1 R3 1              -> held
    pin      A1 R3                -> pinned
    commit   A1 R3                -> committed
    reserve  A1 R3 1              -> already_committed`)
})

test('the same hold for another checkout or another quantity is a conflict', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4 by K1        -> held
    reserve  A1 R1 4 by K2        -> hold_exists_with_other_fields
    reserve  A1 R1 5 by K1        -> hold_exists_with_other_fields
    release  A1 R1                -> released
    reserve  A1 R1 4 by K2        -> hold_exists_with_other_fields
    balances A1 available=10 held=0 sold=0`)
})

test('a command id belongs to one kind, one hold and one quantity', () => {
  checkStock(`
    supply   A1 10 as D1
    adjust   A1 10 as D1          -> command_reused_with_other_fields
    reserve  A1 R1 2
    reserve  A1 R2 2
    resize   A1 R1 3 as D1        -> command_reused_with_other_fields
    resize   A1 R1 3 as Z1        -> held
    resize   A1 R2 3 as Z1        -> command_reused_with_other_fields
    resize   A1 R1 4 as Z1        -> command_reused_with_other_fields
    pin      A1 R1
    commit   A1 R1
    return   A1 R1 3 as Z1        -> command_reused_with_other_fields
    resize   A1 R1 3 as Z1        -> still committed`)
})

test('a hold that runs out gives its units back, the others stay', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 1 until 15     -> held
    clock 1
    reserve  A1 R2 2              -> held
    clock 14
    expire   A1                   -> 
    clock 15
    expire   A1                   -> R1
    expire   A1                   -> 
    balances A1 available=8 held=2 sold=0
    release  A1 R1                -> still expired
    commit   A1 R1                -> already_expired
    clock 16
    expire   A1                   -> R2
    balances A1 available=10 held=0 sold=0`)
})

test('many holds run out a bounded number at a time, oldest first', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 1 until 1
    reserve  A1 R2 1 until 1
    reserve  A1 R3 1 until 1
    clock 1
    expire   A1 at most 2         -> R1 R2
    expire   A1 at most 2         -> R3
    expire   A1 at most 2         -> `)
})

test('while a payment runs a hold does not run out, afterwards it does', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4              -> held
    pin      A1 R1                -> pinned
    clock 60
    expire   A1                   -> 
    pin      A1 R1                -> still pinned
    unpin    A1 R1                -> held
    pin      A1 R1                -> expiry_passed
    expire   A1                   -> R1
    reserve  A1 R2 1              -> held
    pin      A1 R2                -> pinned
    clock 90
    commit   A1 R2                -> committed
    balances A1 available=9 held=0 sold=1`)
})

test('a hold grows and shrinks in place and keeps its end', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4 until 15     -> held
    clock 10
    resize   A1 R1 10             -> held
    resize   A1 R1 11             -> insufficient_stock
    balances A1 available=0 held=10 sold=0
    resize   A1 R1 1              -> held
    balances A1 available=9 held=1 sold=0
    clock 15
    resize   A1 R1 2              -> expiry_passed
    expire   A1                   -> R1
    resize   A1 R1 2              -> already_expired
    resize   A1 R9 2              -> unknown_hold`)
})

test('a hold that is paid for is handed over in the quantity it was resized to', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4
    resize   A1 R1 3              -> held
    pin      A1 R1
    commit   A1 R1                -> committed
    balances A1 available=7 held=0 sold=3`)
})

test('what was sold can come back, never more than was sold', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4
    return   A1 R1 1              -> not_committed
    return   A1 R9 1              -> unknown_hold
    pin      A1 R1
    return   A1 R1 1              -> not_committed
    commit   A1 R1
    reserve  A1 R2 6
    pin      A1 R2
    commit   A1 R2
    return   A1 R1 5              -> insufficient_stock
    return   A1 R1 3              -> committed
    return   A1 R1 2              -> insufficient_stock
    return   A1 R1 1              -> committed
    return   A1 R1 1              -> insufficient_stock
    balances A1 available=4 held=0 sold=6
    restart  A1
    return   A1 R1 1              -> insufficient_stock
    reserve  A1 R3 1
    release  A1 R3
    return   A1 R3 1              -> already_released`)
})

test('a repeat is compared with what was asked first, not with what became of it', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4              -> held
    resize   A1 R1 3              -> held
    reserve  A1 R1 4              -> still held
    reserve  A1 R1 3              -> hold_exists_with_other_fields
    restart  A1
    reserve  A1 R1 4              -> still held
    release  A1 R1
    reserve  A1 R1 4              -> already_released
    reserve  A1 R1 3              -> hold_exists_with_other_fields`)
})

test('a buyer has at most the limit, held and sold together, and nobody else is counted', () => {
  checkStock(`
    supply   A1 20
    reserve  A1 R1 2 for anna limit 3  -> held
    reserve  A1 R2 2 for anna limit 3  -> purchase_limit, 1 left
    reserve  A1 R3 3 for ben limit 3   -> held
    pin      A1 R1
    commit   A1 R1
    reserve  A1 R4 2 for anna limit 3  -> purchase_limit, 1 left
    reserve  A1 R4 1 for anna limit 3  -> held
    reserve  A1 R5 1 for anna limit 3  -> purchase_limit, 0 left
    buyers   A1 anna=3 ben=3
    reserve  A1 R4 1 for anna limit 3  -> still held`)
})

test('what is given back, runs out or is returned may be bought again', () => {
  checkStock(`
    supply   A1 20
    reserve  A1 R1 3 limit 3      -> held
    release  A1 R1
    reserve  A1 R2 3 until 1 limit 3 -> held
    clock 1
    reserve  A1 R3 1 limit 3      -> purchase_limit, 0 left
    expire   A1                   -> R2
    buyers   A1 nobody
    reserve  A1 R3 3 limit 3      -> held
    pin      A1 R3
    commit   A1 R3
    return   A1 R3 2
    reserve  A1 R4 3 limit 3      -> purchase_limit, 2 left
    reserve  A1 R4 2 limit 3      -> held
    buyers   A1 anna=3`)
})

test('a resize is refused by the units it adds, and may always shrink', () => {
  checkStock(`
    supply   A1 20
    reserve  A1 R1 1 limit 4      -> held
    reserve  A1 R2 1 limit 4      -> held
    resize   A1 R1 4 limit 4      -> purchase_limit, 3 left
    resize   A1 R1 3 limit 4      -> held
    resize   A1 R1 3 limit 1      -> held
    resize   A1 R1 2 limit 1      -> held
    resize   A1 R1 3 limit 1      -> purchase_limit, 2 left
    buyers   A1 anna=3`)
})

test('a limit that is lowered takes nothing away, one that is set late counts what was', () => {
  checkStock(`
    supply   A1 20
    reserve  A1 R1 5              -> held
    pin      A1 R1
    commit   A1 R1
    reserve  A1 R2 4              -> held
    return   A1 R1 1
    reserve  A1 R3 1 limit 9      -> held
    restart  A1
    buyers   A1 anna=9
    reserve  A1 R4 1 limit 9      -> purchase_limit, 0 left
    reserve  A1 R4 1 limit 3      -> purchase_limit, 0 left
    pin      A1 R2
    commit   A1 R2                -> committed
    reserve  A1 R4 1              -> held
    buyers   A1 anna=10`)
})

test('an outage puts the end of a hold off by as long as it lasted', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 1 until 10     -> held
    reserve  A1 R2 1 until 10     -> held
    reserve  A1 R3 1 until 5      -> held
    outage   5 65
    expire   A1                   -> R3
    pin      A1 R1                -> pinned
    unpin    A1 R1                -> held
    resize   A1 R1 2              -> held
    reserve  A1 R4 1 until 66     -> held
    clock 66
    expire   A1                   -> R4
    clock 69
    expire   A1                   -> 
    outage   69 100
    expire   A1                   -> 
    clock 100
    resize   A1 R2 2              -> held
    clock 101
    pin      A1 R1                -> expiry_passed
    resize   A1 R2 1              -> expiry_passed
    expire   A1                   -> R1 R2`)
})

test('only what lies on the shelf can be written off', () => {
  checkStock(`
    supply   A1 10
    reserve  A1 R1 4
    adjust   A1 -7                -> insufficient_stock
    adjust   A1 -6                -> done
    balances A1 available=0 held=4 sold=0
    adjust   A1 2                 -> done
    balances A1 available=2 held=4 sold=0`)
})

test('a SKU never receives more than its columns can carry', () => {
  checkStock(`
    supply   A1 999999999         -> done
    supply   A1 2                 -> stock_limit_reached
    adjust   A1 2                 -> stock_limit_reached
    supply   A1 1                 -> done
    supply   A1 1                 -> stock_limit_reached`)
})

test('a hold can be given back in any state but sold', () => {
  checkStock(`
    supply   A1 3
    reserve  A1 R1 1
    release  A1 R1                -> released
    release  A1 R1                -> still released
    reserve  A1 R2 1
    pin      A1 R2
    release  A1 R2                -> released
    unpin    A1 R2                -> already_released
    commit   A1 R2                -> already_released
    balances A1 available=3 held=0 sold=0`)
})

test('a restart changes no answer', () => {
  checkStock(`
    supply   A1 10 as D1
    reserve  A1 R1 4
    pin      A1 R1
    commit   A1 R1
    return   A1 R1 1 as B1
    reserve  A1 R2 2
    pin      A1 R2
    reserve  A1 R3 1
    restart  A1
    supply   A1 10 as D1          -> still done
    return   A1 R1 1 as B1        -> still committed
    reserve  A1 R2 2              -> still pinned
    reserve  A1 R3 1              -> still held
    commit   A1 R1                -> still committed
    balances A1 available=4 held=3 sold=3`)
})

test('SKUs do not share stock, however alike their names', () => {
  checkStock(`
    supply   a1 1
    supply   A1 1
    reserve  a1 R1 1              -> held
    reserve  A1 R1 1              -> held
    reserve  a1 R2 1              -> insufficient_stock`)
})

test.run()
