INSERT INTO t (prompt,response) VALUES ('a','b');
