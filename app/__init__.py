"""The doors: HTTP, SPARQL protocol, command line, agents, web page; settings and wiring."""
