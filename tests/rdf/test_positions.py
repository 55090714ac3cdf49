"""Where IRIs stand in Turtle and TriG, whatever form they have there."""

from __future__ import annotations

from publish.rdf.positions import find_in_turtle, turtle_iris

BASE = "https://data.example.org/"


def test_find_in_turtle() -> None:
    """A term is found in every form, and never in a comment, a literal or a prefix."""
    text = (
        "@prefix s: <http://a.example/ns#> . @prefix : <ns/eigen#> .\n"
        "# s:term is not used here\n"
        '<x> a s:term ; :p "s:term" , """\n s:term """ , \'1\'^^s:term ; \n'
        "  <http://a.example/ns#term> <ns/eigen#t> , :t , s:terms , s:term.\n"
        "s:term.x s:ter\\m 's:term # no' .\n"
    )
    iris = {"http://a.example/ns#term", f"{BASE}ns/eigen#t"}
    assert list(find_in_turtle(text, BASE, iris)) == [
        ("http://a.example/ns#term", 3, 7),
        ("http://a.example/ns#term", 4, 20),
        ("http://a.example/ns#term", 5, 3),
        (f"{BASE}ns/eigen#t", 5, 30),
        (f"{BASE}ns/eigen#t", 5, 45),
        ("http://a.example/ns#term", 5, 60),
        ("http://a.example/ns#term", 6, 10),
    ]


def test_find_subjects_in_turtle() -> None:
    """A subject begins a statement, in a graph of TriG too; bases and prefixes count from there."""
    text = (
        "@prefix e: <#> . e:a e:p e:b ; e:q e:c .\n"
        "BASE <x/> prefix f: <y#>\n"
        "<d> e:p [ e:p e:e ] , ( e:f ) . f:g e:p 'a'@nl, '.' .\n"
        "graph e:h { e:i e:p 1.5 . e:j a e:k } "
    )
    found = [(iri, text[at : at + 3]) for iri, at in turtle_iris(text, BASE, subjects=True)]
    assert found == [
        (f"{BASE}#a", "e:a"),
        (f"{BASE}x/d", "<d>"),
        (f"{BASE}x/y#g", "f:g"),
        (f"{BASE}#h", "e:h"),
        (f"{BASE}#i", "e:i"),
        (f"{BASE}#j", "e:j"),
    ]
