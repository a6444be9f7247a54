"""How facts are proven: canonical JSON and the digest chain."""
