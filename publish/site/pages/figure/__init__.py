"""One figure: what it is called, its panel and page, its neighbours, and how it is cited."""
