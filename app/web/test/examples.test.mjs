import assert from "node:assert/strict";
import { test } from "node:test";

import { aboutQuery, exampleQueries, firstOfClassQuery } from "../src/examples.js";

const CLASSES = [
  { iri: "https://example.org/p/plant/ontology#Plant", name: "Plant", label: "", count: 3 },
  { iri: "https://example.org/p/plant/ontology#Order", name: "Order", label: "Order", count: 40 },
];

test("the examples start from the largest class", () => {
  const titles = exampleQueries(CLASSES).map((example) => example.title);
  assert.deepEqual(titles, ["Things per class", "First 10 of Order", "One Order as Turtle", "Properties"]);
});

test("the count names every class", () => {
  const [perClass] = exampleQueries(CLASSES);
  for (const { iri } of CLASSES) assert.ok(perClass.query.includes(`<${iri}>`));
});

test("a project without classes gets a query that works on anything", () => {
  assert.equal(exampleQueries([]).length, 1);
});

test("an IRI cannot close its brackets", () => {
  const query = firstOfClassQuery("https://example.org/a> } DROP ALL #");
  assert.ok(query.includes("<https://example.org/a%3E%20%7D%20DROP%20ALL%20#>"));
});

test("an escaped IRI is not escaped again", () => {
  assert.ok(aboutQuery("https://example.org/id/Order/10%3B2").includes("<https://example.org/id/Order/10%3B2>"));
});
