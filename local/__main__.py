"""`python -m local`: see supervisor."""

from local.supervisor import main

main()
