"""Tests that do not pass, each with its reason. A test that passes again must leave this list."""

ENGINE = "the engine itself gives this answer"
NORMALISED = "the engine keeps values, not spellings: `01` comes back as `1`"
LOAD = "LOAD names a host that nobody allowed: the text is understood and refused"
FUNCTION = "a function that nobody defined is called: the text is understood and refused"

EXCUSED: dict[str, str] = {
    "sparql11/aggregates/agg-groupconcat-04": ENGINE,
    "sparql11/aggregates/agg-groupconcat-06": ENGINE,
    "sparql11/aggregates/agg-empty-group-count-graph": ENGINE,
    "sparql11/bindings/graph": ENGINE,
    "sparql11/functions/bnode01": ENGINE,
    "sparql11/negation/graph-minus": ENGINE,
    "sparql11/property-path/zero_or_more_set_start": ENGINE,
    "sparql11/property-path/zero_or_more_set_end": ENGINE,
    "sparql11/property-path/zero_or_one_set_start": ENGINE,
    "sparql11/property-path/zero_or_one_set_end": ENGINE,
    "sparql11/syntax-update-1/test_1": LOAD,
    "sparql11/syntax-update-1/test_2": LOAD,
    "sparql11/syntax-update-1/test_3": LOAD,
    "sparql11/syntax-update-1/test_4": LOAD,
    "sparql11/syntax-update-1/test_37": LOAD,
    "sparql10/distinct/distinct-1": NORMALISED,
    "sparql10/distinct/distinct-9": NORMALISED,
    "sparql10/expr-builtin/dawg-str-1": NORMALISED,
    "sparql10/expr-builtin/dawg-str-2": NORMALISED,
    "sparql10/expr-builtin/sameTerm-simple": NORMALISED,
    "sparql10/expr-builtin/sameTerm-eq": NORMALISED,
    "sparql10/expr-builtin/sameTerm-not-eq": NORMALISED,
    "sparql10/expr-builtin/case-insensitive-booleans": ENGINE,
    "sparql10/expr-equals/eq-graph-1": NORMALISED,
    "sparql10/expr-equals/eq-graph-2": NORMALISED,
    "sparql10/graph/graph-variable-scope": ENGINE,
    "sparql10/graph/graph-optional": ENGINE,
    "sparql10/open-world/open-eq-01": NORMALISED,
    "sparql10/open-world/date-2": ENGINE,
    "sparql10/syntax-sparql2/syntax-function-01": FUNCTION,
    "sparql10/syntax-sparql2/syntax-function-02": FUNCTION,
    "sparql10/syntax-sparql2/syntax-function-03": FUNCTION,
    "sparql10/syntax-sparql2/syntax-function-04": FUNCTION,
    "sparql10/syntax-sparql3/syn-bad-26": ENGINE,
}
