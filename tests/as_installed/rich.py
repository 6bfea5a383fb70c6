"""In the way of rich, which only test dependencies bring: structlog would import it wherever it finds it, a tenth of
what a command costs. Who installs Pentad has none.
"""

raise ImportError("rich is no part of Pentad")
