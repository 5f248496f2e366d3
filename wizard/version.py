"""Which version of the program this is."""


def version() -> str:
    """The version that is installed, or `unknown`."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("fedwizard")
    except PackageNotFoundError:
        return "unknown"


def tool() -> str:
    """The program and its version, as records and papers name it."""
    return f"fedwizard {version()}"
