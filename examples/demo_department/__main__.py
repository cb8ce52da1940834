"""`python -m examples.demo_department`."""

from examples.demo_department.app import main

main()
