# Three commands: serve (the default), worker, and any other, e.g. `docker run IMAGE db upgrade`.
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock requirements-dev.lock pyproject.toml LICENSE README.md CHANGELOG.md ./
# The build's own tools stand in the development lock; they stay in this stage.
RUN python -m venv /opt/escalation \
 && /opt/escalation/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements-dev.lock
COPY src src
COPY migrations migrations
RUN /opt/tools/bin/pip wheel --no-build-isolation --no-deps --wheel-dir dist . \
 && /opt/escalation/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv/escalation --shell /usr/sbin/nologin escalation \
 && install -d -o escalation -g escalation /srv/escalation /srv/escalation/var
COPY --from=build /opt/escalation /opt/escalation
COPY config /srv/escalation/config
WORKDIR /srv/escalation
ENV PATH=/opt/escalation/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ESCALATION_DATA_DIR=/srv/escalation/var \
    ESCALATION_CONFIG_DIR=/srv/escalation/config
USER escalation
VOLUME ["/srv/escalation/var"]
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["python", "-c", \
  "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('ESCALATION_PORT', '8080') + '/livez', timeout=2)"]
ENTRYPOINT ["escalation"]
# Only what reaches the container through its own network may speak for a client: name your proxy's.
CMD ["serve", "--host", "0.0.0.0", "--behind-proxy", "172.16.0.0/12"]
