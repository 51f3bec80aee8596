import assert from "node:assert/strict";
import { test } from "node:test";

import { bareIri, counted, duration, fileSize, moment, score, shortName, shortTerm } from "../src/format.js";

test("counts agree with their noun", () => {
  assert.equal(counted(1, "row"), "1 row");
  assert.equal(counted(28800, "row"), "28,800 rows");
});

test("durations keep to the unit that matters", () => {
  assert.equal(duration(0), "< 0.1 s");
  assert.equal(duration(0.42), "0.4 s");
  assert.equal(duration(9.97), "10 s");
  assert.equal(duration(59.7), "1 min 00 s");
  assert.equal(duration(185), "3 min 05 s");
  assert.equal(duration(3840), "1 h 04 min");
});

test("sizes use decimal units", () => {
  assert.equal(fileSize(0), "0 bytes");
  assert.equal(fileSize(12345), "12.3 kB");
  assert.equal(fileSize(4_200_000_000), "4.2 GB");
});

test("a missing measure or moment is a dash", () => {
  assert.equal(score(null), "–");
  assert.equal(moment(null), "–");
});

test("an IRI shortens to its local name, a thing to class and key", () => {
  assert.equal(shortName("https://example.org/p/plant/ontology#Order"), "Order");
  assert.equal(shortName("<https://example.org/p/plant/id/Order/10%3B2>"), "Order/10;2");
  assert.equal(shortName("https://example.org/rule/"), "rule");
  assert.equal(shortName("what-if"), "what-if");
  assert.equal(shortName("https://example.org/100%"), "100%");
});

test("text that only looks like an IRI stays text", () => {
  assert.equal(bareIri("see: this"), null);
  assert.equal(bareIri("plain"), null);
});

test("a literal of a diff loses its quotes, datatype and language", () => {
  assert.equal(shortTerm('"2"^^<http://www.w3.org/2001/XMLSchema#integer>'), "2");
  assert.equal(shortTerm('"schnell"@de'), "schnell");
  assert.equal(shortTerm({ type: "uri", value: "https://example.org/p/plant/id/Plant/1" }), "Plant/1");
});
