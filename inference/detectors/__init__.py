"""Pure detectors of semantic types, one file per domain: a column view goes in, a finding comes out."""
