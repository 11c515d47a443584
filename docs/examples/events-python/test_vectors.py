"""What ../signatures.json says is accepted and refused: python3 -m unittest, in this folder."""

import json
import unittest

from consumer import EXAMPLES, Forged, verify

VECTORS = json.loads((EXAMPLES / "signatures.json").read_text())["vectors"]


class VectorsTest(unittest.TestCase):
    def test_there_are_vectors_of_both_kinds(self):
        self.assertEqual({True, False}, {vector["valid"] for vector in VECTORS})

    def test_each_vector_is_accepted_or_refused_as_it_says(self):
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                self.assertEqual(vector["valid"], self.accepts(vector))

    @staticmethod
    def accepts(vector):
        headers = {
            "webhook-id": vector["id"],
            "webhook-timestamp": vector["timestamp"],
            "webhook-signature": vector["signature"],
        }
        try:
            verify(vector["secret"], headers, vector["body"].encode(), vector["now"])
            return True
        except Forged:
            return False


if __name__ == "__main__":
    unittest.main()
