# shellcheck shell=bash source=/dev/null
# Read by every interactive shell; a student's own settings go to ~/.bashrc.
[ -z "${PS1-}" ] && return
shopt -s checkwinsize histappend
# Each command is kept at once: the seat may be restarted, or the browser closed, at any time.
PROMPT_COMMAND='history -a'
HISTSIZE=10000 HISTFILESIZE=20000 HISTCONTROL=ignorespace
PS1='\[\e[1;32m\]${STUDENT:-\u}\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
alias ls='ls --color=auto' ll='ls --color=auto -l' grep='grep --color=auto'
[ ! -f /usr/share/bash-completion/bash_completion ] || . /usr/share/bash-completion/bash_completion
