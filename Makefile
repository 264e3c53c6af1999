# Every target has one line of help, which `make` prints.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

STACK ?= $(or $(PULUMI_STACK),dev)
YES ?=
ARCHIVE ?= yes
ALL ?=
export STACK YES QUERY FORMAT RANGE STEP

# A recipe that starts with this runs in the environment that `make env` prints.
IN_ENV = eval "$$(ops/setup/env.sh)"
PYTHON = .venv/bin/python
# Files of tests share the processors, but for those with whole workshops: these come one after the other.
SHARED = $(PYTHON) -m pytest -q --numprocesses auto --dist loadfile
REAL = $(IN_ENV) && $(PYTHON) -m pytest -q --durations 15

.PHONY: help setup env up verify down cards grades metrics recover restore lesson lesson-test check test test-pages test-faults test-hosts test-boards test-lesson test-class test-all bench compare clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
	@echo
	@echo '  STACK=name (default dev)   YES=1: do not ask   ARCHIVE=no: down without archives   ALL=1: clean caches too'

setup: ## Install or find what a workshop needs: Docker, Pulumi, plugins, Python packages, base image
	@ops/setup/setup.sh

up: setup ## Bring the workshop up, or bring it up to date
	@$(IN_ENV) && $(PYTHON) -m ops.up

verify: setup ## Look at the class as its people will meet it: certificate, sign-in, terminal, psql; a line each
	@$(IN_ENV) && $(PYTHON) -m ops.verify

down: setup ## Archive everybody's work and put the workshop away
	@$(IN_ENV) && MENTOR_ARCHIVE=$(if $(filter no off 0,$(ARCHIVE)),off,$${MENTOR_ARCHIVE:-on}) $(PYTHON) -m ops.down

cards: setup ## Write cards-STACK.html: one card with user name, password and QR code per person
	@$(IN_ENV) && $(PYTHON) -m ops.cards

grades: setup ## Write grades-STACK.csv: who has done what, a row for each student and task
	@$(IN_ENV) && $(PYTHON) -m ops.grades

metrics: ## Ask Prometheus: make metrics QUERY='lab_task_done' [FORMAT=csv] [RANGE=2h STEP=1m]
	@ops/setup/setup.sh >&2
	@$(IN_ENV) && $(PYTHON) -m ops.metrics

recover: setup ## Clear what a killed run left behind; safe at any time
	@$(IN_ENV) && $(PYTHON) -m ops.recover

restore: setup ## Put an archive into a seat and database: make restore STUDENT=s01 FILE=...tar.gz
	@DOCKER_HOST=$$($(PYTHON) -m ops.stack_file Pulumi.$(STACK).yaml) \
		ops/restore.sh '$(FILE)' --stack '$(STACK)' --student '$(STUDENT)' $(if $(YES),--yes)

lesson: setup ## Draft a course from a finished database: make lesson DUMP=sample.sql COURSE=courses/sample, DSN=... for a server in place of DUMP, LEVEL=structure without rows or LEVEL=all with what CHECKs refuse, START=start.sql for what students begin with
	@# DSN goes by itself, for it may have quotes in it.
	@$(IN_ENV) && DUMP='$(DUMP)' COURSE='$(COURSE)' LEVEL='$(LEVEL)' START='$(START)' $(PYTHON) -m ops.lesson

lesson-test: setup ## Try the course's checks on the start and on the solution; name those that tell no difference
	@$(IN_ENV) && COURSE='$(COURSE)' SEAT='$(SEAT)' $(PYTHON) -m ops.lesson_test

env: ## Print the environment for plain pulumi, to be used with eval
	@ops/setup/setup.sh >&2
	@ops/setup/env.sh

check: ## Format, lint, types, layers, shell, unit and graph tests: two minutes, without Docker
	@ops/setup/setup.sh venv
	@ops/check.sh
	@$(SHARED) tests/unit tests/graph

test: ## What check does, the images' own tests, and a real workshop in Docker and Chromium: twelve minutes
	@ops/setup/setup.sh tests
	@ops/check.sh
	# The longest files first; the many short ones fill what the containers' tests wait.
	@$(IN_ENV) && $(SHARED) --no-loadscope-reorder --durations 15 tests/live tests/unit tests/graph
	@$(REAL) tests/story

test-pages: ## Every page and every state of it, in Chromium
	@ops/setup/setup.sh tests
	@$(REAL) tests/browser

test-faults: ## Wrong input, runs that are killed, meet each other or cannot save, an engine that fails
	@ops/setup/setup.sh tests
	@$(REAL) tests/faults

test-hosts: ## A host over SSH, a server without Docker, a school's directory, certificates, two workshops on one host
	@ops/setup/setup.sh tests
	@$(REAL) tests/hosts

test-boards: ## Grafana's boards: in a double of Grafana, in a whole workshop, without its image
	@ops/setup/setup.sh tests
	@$(REAL) tests/boards

test-lesson: ## The sample course, wrong ones and drafted ones, tried in databases and in seats; exercises by hand
	@ops/setup/setup.sh tests
	@$(REAL) tests/lesson

test-class: ## A class of 32 that plays its day: what everybody is shown is what the players know
	@ops/setup/setup.sh tests
	@$(REAL) tests/played

test-all: test test-pages test-faults test-hosts test-boards test-lesson test-class ## Everything

bench: setup ## Measure a class of 32 on this machine
	@$(IN_ENV) && $(PYTHON) bench/class_of_32.py $(ARGS)

compare: setup ## The same class by mentor, a shell loop, compose and Ansible: make compare ARGS='--students 8 --runs 3'
	@$(IN_ENV) && $(PYTHON) -m bench.compare $(ARGS)

clean: ## Remove the images that workshops were built from; ALL=1: cached downloads and .venv too
	@ops/setup/setup.sh venv
	@ALL='$(ALL)' $(PYTHON) -m ops.clean
