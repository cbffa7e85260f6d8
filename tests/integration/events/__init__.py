"""Events on a whole system while parts of it fail: nothing lost, nothing out of order, no effect twice."""
