"""Output of runs: captured in bounded, stamped segments; read by offset; decoded for viewers."""
