"""Training the reader: answer spans, "no answer here" and reranking, on the bundled encoder."""
