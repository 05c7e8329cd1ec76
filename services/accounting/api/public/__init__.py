"""What strangers reach: pages and data files of released figures. No token is read here, and no person shown."""
