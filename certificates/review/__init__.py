"""The reviewer's desk: the queue by risk, one record with what it leads to, and the acts upon it."""
