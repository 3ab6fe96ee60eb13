"""Good policies per option, then the best feasible set under shared capacity, with a proven bound."""
