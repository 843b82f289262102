"""Fixtures that are a list of results, one a line and each with a name, so that some can be made again."""

import json
import os


def read_results(path):
    """By name; none where there is no file yet."""
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return {result["name"]: result for result in json.load(file)}


def write_results(path, results):
    lines = [json.dumps(result, separators=(",", ":")) for result in results]
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
