# One image for every process of Caravan: what runs is the command (`python -m gateway`, `python -m workers orders`, ...).

FROM python:3.11.13-slim-bookworm AS packages
WORKDIR /build
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv --without-pip /opt/venv
RUN python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check --no-compile --require-hashes --only-binary :all: -r requirements/runtime.txt

FROM python:3.11.13-slim-bookworm
# Nothing is installed any more: whoever gets in finds no tool to do so.
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip setuptools wheel
RUN groupadd --gid 10001 caravan && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin caravan && install -d -o 10001 -g 10001 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY activities activities
COPY cli cli
COPY gateway gateway
COPY services services
COPY workers workers
COPY workflows workflows
# Compiled now: later the root file system is read-only.
RUN /opt/venv/bin/python -m compileall -q /app /opt/venv/lib
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HEALTH_URL=http://127.0.0.1:8100/healthz
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['HEALTH_URL'], timeout=4)"]
ENTRYPOINT ["python", "-m"]
CMD ["workers", "all"]
