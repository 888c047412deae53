"""REFI-QDA: codebooks (.qdc) and projects (.qdpx) as NVivo, ATLAS.ti, MAXQDA and QualCoder exchange them."""
