# ScaLearn Studio: docker compose up, then http://localhost:8501. See docs/operations.md.
FROM python:3.11-slim

# Japanese in slides and PDF needs its letters.
RUN apt-get update \
 && apt-get install -y --no-install-recommends fontconfig fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /studio
COPY requirements.txt requirements-report.txt ./
# torch first. --build-arg TORCH_INDEX=ADDRESS names PyTorch's own index of wheels (for the processor alone, or for a
# GPU); without it the usual package index gives the one with CUDA, which is several gigabytes larger.
ARG TORCH_INDEX=
RUN pip install --no-cache-dir ${TORCH_INDEX:+-i ${TORCH_INDEX}} torch==2.13.0 \
 && pip install --no-cache-dir -r requirements.txt -r requirements-report.txt

COPY . .

# Not root: what is in the image cannot be changed by the studio, only /data can.
RUN useradd --create-home --uid 10001 studio && mkdir /data && chown studio /data && chmod 700 /data
USER studio
ENV SCALEARN_HOME=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

# On SIGTERM the runs leave with a checkpoint, and go on at the next start.
ENTRYPOINT ["python", "-m", "scalearn_core.runs.service"]
CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501"]
