"""Face 1: pages for people. Views call services and models; pages/ says what is on a page, pictures/ draws."""
