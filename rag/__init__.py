"""Ask Chinese documents questions; every sentence of an answer has its evidence."""
