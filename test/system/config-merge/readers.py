"""Reads texts as other programs do: a JSON list on stdin, on stdout a list of what each text holds, or {"refused": true}."""

import configparser
import json
import sys
import tomllib
import xml.etree.ElementTree as etree

import javaproperties
import yaml


def read_ini(text):
    # Lines that are indented would continue the one before them.
    lines = [line.strip() for line in text.splitlines()]
    parser = configparser.RawConfigParser(
        delimiters=("=",), comment_prefixes=(";", "#"), strict=False, default_section="\0", empty_lines_in_values=False
    )
    parser.optionxform = str
    parser.read_string("\n".join(["[\1]", *lines]))
    result = {}
    for section in parser.sections():
        inner = result
        for key in [] if section == "\1" else section.strip().split(":"):
            inner = inner.setdefault(key, {})
        inner.update({key: unquoted(value) for key, value in parser.items(section)})
    return result


def unquoted(value):
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def read_xml(text):
    return of_element(etree.fromstring(text))


def of_element(element):
    if not element.attrib and len(element) == 0:
        return element.text or ""
    result = dict(element.attrib)
    for child in element:
        if element.tag == "appSettings" and child.tag == "add":
            result[child.attrib["key"]] = child.attrib["value"]
        elif child.tag not in result:
            result[child.tag] = of_element(child)
    return result


readers = {
    "json": json.loads,
    "yaml": yaml.safe_load,
    "toml": tomllib.loads,
    "ini": read_ini,
    "properties": javaproperties.loads,
    "xml": read_xml,
}


def attempt(read, text):
    try:
        return read(text.removeprefix("\ufeff"))
    except Exception:
        return {"refused": True}


json.dump([attempt(readers[sys.argv[1]], text) for text in json.load(sys.stdin)], sys.stdout, default=str)
