"""What single columns hold: profiles, datatypes, units, meanings, sketches, drift."""
