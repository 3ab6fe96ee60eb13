"""Stock policies in textbook form: average cost of a period, best policies of a kind, exact optima."""
