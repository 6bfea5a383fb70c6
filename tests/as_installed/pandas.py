"""In the way of pandas, which only a test dependency brings: pyarrow would import it wherever it finds it, half a second
each start. Who installs Pentad has none.
"""

raise ImportError("pandas is no part of Pentad")
