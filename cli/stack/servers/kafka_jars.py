"""Kafka's class path: resolved once through jgo, then remembered, so that later starts neither wait nor need a network.

`python -m cli.stack.servers.kafka_jars FILE` does the slow part as a process of its own, which can be stopped.
"""

import os
import sys
from pathlib import Path

KAFKA_VERSION = "4.4.0"
KAFKA_JAR = f"kafka_2.13 {KAFKA_VERSION}"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
SCOPES = ("compile", "runtime", None)


def cache_file() -> Path:
    """Where the class path is remembered, for all stacks of this person."""
    return Path.home() / ".cache" / "caravan" / f"kafka-{KAFKA_VERSION}.classpath"


def remembered(file: Path) -> str | None:
    """The class path, if all of its jars are still there."""
    try:
        text = file.read_text()
    except OSError:
        return None
    jars = text.split(os.pathsep)
    return text if all(Path(jar).is_file() for jar in jars) else None


def resolve() -> str:
    """Asks Maven Central for Kafka and all that it needs; downloads what the local Maven repository lacks."""
    from jgo.maven import MavenContext

    context = MavenContext()
    inputs, transitive = context.resolver.resolve([context.create_dependency(KAFKA)])
    artifacts = [each.artifact for each in inputs + transitive if each.scope in SCOPES]
    log4j = next(each for each in artifacts if each.artifactId == "log4j-core")
    # Kafka logs through slf4j, and without this bridge it would be mute. Resolved with Kafka, it would change versions.
    bridge = context.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(log4j.version)
    return os.pathsep.join(str(each.resolve()) for each in [*artifacts, bridge.artifact()])


def main() -> None:
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    half.write_text(resolve())
    half.replace(file)


if __name__ == "__main__":
    main()
