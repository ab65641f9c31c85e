import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  addressNumber,
  addressText,
  canHold,
  freeAddress,
  network,
  networkText,
  overlap,
} from "../../site/ipv4.ts";

const anAddress = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const aNetwork = fc
  .tuple(anAddress, fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => network(`${addressText(address)}/${prefix}`) ?? assert.fail());

describe("an address", () => {
  test("is the same after it was a number", () => {
    fc.assert(
      fc.property(anAddress, (number) => assert.equal(addressNumber(addressText(number)), number)),
    );
  });

  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.",
    "1.2.3.-4",
    " 1.2.3.4",
    "1.2.3.4\n",
    "a.b.c.d",
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => assert.equal(addressNumber(text), undefined));
  }
});

describe("a network", () => {
  test("written by its first address means the same", () => {
    fc.assert(fc.property(aNetwork, (one) => assert.deepEqual(network(networkText(one)), one)));
  });

  test("holds the address that it was written with", () => {
    fc.assert(
      fc.property(anAddress, fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const { first, last } = network(`${addressText(address)}/${prefix}`) ?? assert.fail();
        assert.ok(first <= address && address <= last);
        assert.equal(last - first + 1, 2 ** (32 - prefix));
      }),
    );
  });

  test("overlaps another one exactly when one holds the other's first address", () => {
    fc.assert(
      fc.property(aNetwork, aNetwork, (one, other) => {
        const held = (inner: typeof one, outer: typeof one) =>
          outer.first <= inner.first && inner.first <= outer.last;
        assert.equal(overlap(one, other), held(one, other) || held(other, one));
      }),
    );
  });

  test("of one address overlaps itself", () => {
    const one = network("10.0.0.1/32") ?? assert.fail();
    assert.equal(overlap(one, one), true);
  });

  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0/24", "/24"]) {
    test(`is not ${text}`, () => assert.equal(network(text), undefined));
  }
});

test("a free address can be had and is not taken", () => {
  const small = fc.integer({ min: 24, max: 29 });
  fc.assert(
    fc.property(anAddress, small, fc.array(fc.nat(255)), (address, prefix, offsets) => {
      const within = network(`${addressText(address)}/${prefix}`) ?? assert.fail();
      const taken = new Set(offsets.map((offset) => within.first + offset));
      const free = freeAddress(within, taken);
      if (free === undefined) {
        for (let one = within.first + 1; one < within.last; one += 1) assert.ok(taken.has(one));
        return;
      }
      const number = addressNumber(free) ?? assert.fail();
      assert.ok(canHold(within, number) && !taken.has(number));
    }),
  );
});
