"""mxx-cli: a plain HTTP client of MXX's API. Knows neither Django nor the database."""
