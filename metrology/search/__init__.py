"""One search box: what is found (sources), how it is written down (index) and how it is asked for (query)."""
