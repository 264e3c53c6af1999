-- What is to be written down in the chapter on the cluster.
CREATE TABLE failover (old_leader text, new_leader text, timeline integer, seconds numeric);
INSERT INTO failover VALUES ('node1', 'node3', 2, 21);
