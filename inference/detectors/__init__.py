"""Pure detectors of semantic types, one file per domain: a view of a column gives a finding."""
