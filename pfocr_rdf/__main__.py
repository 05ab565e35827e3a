"""`python -m pfocr_rdf`: the command line."""

from pfocr_rdf.program import main

if __name__ == "__main__":
    main()
