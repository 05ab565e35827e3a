"""`python -m pfocr_rdf`: the command line."""

from pfocr_rdf.cli import main

if __name__ == "__main__":
    main()
