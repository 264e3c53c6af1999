# A second machine for the tests as a provider hands it out: Debian with an sshd, and no Docker.
# In: /root/.ssh/authorized_keys and /etc/node/host_key (uploaded). Out: SSH on port 22; /var/lib is a volume, on which an
# engine's layers can lie.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssh-server sudo procps && rm -rf /var/lib/apt/lists/*
# Debian's image for containers starts no services; a machine does.
RUN rm -f /usr/sbin/policy-rc.d
COPY start /usr/local/sbin/node-start
COPY service /usr/local/sbin/service
COPY sshd_config /etc/node/sshd_config
RUN chmod 755 /usr/local/sbin/node-start /usr/local/sbin/service && mkdir -p /root/.ssh /run/sshd && chmod 700 /root/.ssh \
 && useradd --create-home --shell /bin/bash --password '*' anna && install -d -o anna -g anna -m 700 /home/anna/.ssh \
 && echo 'anna ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/anna
VOLUME /var/lib
WORKDIR /root
ENTRYPOINT ["/usr/local/sbin/node-start"]
